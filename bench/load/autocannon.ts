/** Posts with autocannon, in a process of its own, for machines without wrk. */
import { askOnce } from "../../test/kit/asked-process.ts";
import type { Posted, Posting } from "./closed-loop.ts";

export function postWithAutocannon(posting: Posting): Promise<Posted> {
  return askOnce<Posted>(new URL("./autocannon-process.ts", import.meta.url), posting, "post");
}
