/** For paths that can only be read. */
import { methodNotAllowed } from "../resources/refusal.ts";

/** HEAD has become GET where requests come in. */
export function refuseWrites(request: Request): void {
  if (request.method !== "GET") throw methodNotAllowed(["GET", "HEAD"]);
}
