/** POST of a review: the object that was sent, with its answer as the status. */
import { answerSelfReview } from "../access/self-review.ts";
import type { User } from "../access/user.ts";
import { REVIEWS } from "../discovery/review-resources.ts";
import type { ResourceName } from "../resource-names.ts";
import { textAt } from "../resources/json.ts";
import { badRequest, methodNotAllowed, unknownPath } from "../resources/refusal.ts";
import { OBJECT_TYPES, readObject } from "./request-body.ts";

export async function answerReview(request: Request, path: ResourceName, user: User): Promise<Response> {
  const review = REVIEWS.find(({ group, plural }) => group === path.group && plural === path.plural);
  if (review === undefined) throw unknownPath();
  if (request.method !== "POST") throw methodNotAllowed(["POST"]);
  const { value: sent } = await readObject(request, OBJECT_TYPES);
  const identity = { kind: review.kind, apiVersion: `${review.group}/${review.version}` };
  for (const [member, expected] of Object.entries(identity)) {
    const given = textAt(sent, member) ?? "";
    if (given !== "" && given !== expected) {
      throw badRequest(`the ${member} in the data (${given}) does not match the expected ${member} (${expected})`);
    }
  }
  const metadata = { creationTimestamp: null };
  const answer = { ...sent, ...identity, metadata, status: answerSelfReview(review.plural, sent, user) };
  return Response.json(answer, { status: 201 });
}
