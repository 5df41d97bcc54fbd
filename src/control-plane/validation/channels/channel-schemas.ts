/** Schemas of what channels, and flows made of channels, have in common. */
import {
  addressStatusMembers,
  authSchema,
  conditionSchema,
  deadLetterStatusMembers,
  deliverySchema,
  int64,
  listOf,
  objectReferenceSchema,
  referenceSchema,
  statusMembers,
  struct,
  text,
} from "../common-schemas.ts";
import type { Schema, StructSchema } from "../schema.ts";

/** Each kind of channel has settings of its own, which nothing here reads; the delivery is the same in all. */
const templateSpecSchema: StructSchema = {
  ...struct({ delivery: deliverySchema }),
  "x-kubernetes-preserve-unknown-fields": true,
};

export const channelTemplateSchema: StructSchema = {
  description: "The kind of channel to use; all are durable here. InMemoryChannel if absent.",
  ...struct({ apiVersion: text, kind: text, spec: templateSpecSchema }),
};

const subscriberMembers: Readonly<Record<string, Schema>> = {
  uid: text,
  generation: int64,
  name: text,
  subscriberUri: text,
  subscriberCACerts: text,
  subscriberAudience: text,
  replyUri: text,
  replyCACerts: text,
  replyAudience: text,
  delivery: deliverySchema,
  auth: authSchema,
};

export const channelSubscribersSchema: Schema = listOf(struct(subscriberMembers));

/** An InMemoryChannel's subscribers say where their Subscription lives, too. */
export const inMemoryChannelSubscribersSchema: Schema = listOf(struct({ ...subscriberMembers, namespace: text }));

export const channelStatusMembers: Readonly<Record<string, Schema>> = {
  ...statusMembers,
  ...addressStatusMembers,
  ...deadLetterStatusMembers,
  deadLetterChannel: referenceSchema,
  subscribers: listOf(struct({ uid: text, observedGeneration: int64, ready: text, message: text, auth: authSchema })),
};

/** How a flow tells of the channels and Subscriptions it is made of. */
export const flowChannelStatusSchema: StructSchema = struct({ channel: objectReferenceSchema, ready: conditionSchema });
export const flowSubscriptionStatusSchema: StructSchema = struct({
  subscription: objectReferenceSchema,
  ready: conditionSchema,
});

export const flowStatusMembers: Readonly<Record<string, Schema>> = {
  ...statusMembers,
  ...addressStatusMembers,
  auth: authSchema,
};
