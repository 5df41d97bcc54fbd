/** Access tokens are for admins alone: who can read one has its rights, and who can write one can give rights. */
import { SECRETS } from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import { forbiddenObject, type Refusal } from "../resources/refusal.ts";
import { isAccessToken } from "./access-token-secret.ts";
import type { User } from "./user.ts";

/** Why this user may not read or write this Secret, although it may others. */
export function withheldFrom(user: User): ((secret: JsonObject) => Refusal | undefined) | undefined {
  if (user.role === "admin") return undefined;
  return (secret) => {
    if (!isAccessToken(secret)) return undefined;
    const why = `User ${JSON.stringify(user.name)} is no admin, and it is an access token`;
    return forbiddenObject(SECRETS, nameOf(secret), { why });
  };
}
