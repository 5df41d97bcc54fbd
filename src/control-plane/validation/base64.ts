/** Standard base64 with its padding, as Kubernetes writes bytes. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function isBase64(text: string): boolean {
  return BASE64.test(text);
}

/** Undefined for what is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return isBase64(text) ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : undefined;
}
