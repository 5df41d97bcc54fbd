/** Settings of AWS services, as IntegrationSource and IntegrationSink share them. */
import { flag, int64, struct, text } from "../common-schemas.ts";
import type { Schema, StructSchema } from "../schema.ts";

/** Of every service. */
const endpoint: Readonly<Record<string, Schema>> = { region: text, uriEndpointOverride: text, overrideEndpoint: flag };

export const s3Schema: StructSchema = struct({
  ...endpoint,
  arn: { type: "string", description: "Name or ARN of the bucket." },
  deleteAfterRead: flag,
  moveAfterRead: flag,
  destinationBucket: text,
  destinationBucketPrefix: text,
  destinationBucketSuffix: text,
  autoCreateBucket: flag,
  prefix: text,
  ignoreBody: flag,
  forcePathStyle: flag,
  delay: int64,
  maxMessagesPerPoll: int64,
});

export const sqsSchema: StructSchema = struct({
  ...endpoint,
  arn: { type: "string", description: "Name or ARN of the queue." },
  deleteAfterRead: flag,
  autoCreateQueue: flag,
  host: text,
  protocol: text,
  queueURL: text,
  delay: int64,
  greedy: flag,
  maxMessagesPerPoll: int64,
  waitTimeSeconds: int64,
  visibilityTimeout: int64,
});

export const snsSchema: StructSchema = struct({
  ...endpoint,
  arn: { type: "string", description: "Name or ARN of the topic." },
  autoCreateTopic: flag,
});

export const dynamoStreamsSchema: StructSchema = struct({
  ...endpoint,
  table: text,
  streamIteratorType: text,
  delay: int64,
});

export const awsAuthSchema: StructSchema = struct({
  secret: struct({ ref: struct({ name: text }, ["name"]) }),
  serviceAccountName: text,
});
