/** Posts with autocannon, in a process of its own, for machines without wrk. */
import { AskedProcess } from "../../test/kit/asked-process.ts";
import type { Posted, Posting } from "./closed-loop.ts";

export async function postWithAutocannon(posting: Posting): Promise<Posted> {
  const process = new AskedProcess(new URL("./autocannon-process.ts", import.meta.url), posting);
  try {
    return await process.ask<Posted>("post");
  } finally {
    await process.end();
  }
}
