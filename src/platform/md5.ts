/** MD5, which the runtime has beside the digests of the Web: for names that others make with it, never for safety. */

/** Of the text's UTF-8, in hex. */
export async function md5(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("MD5", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
