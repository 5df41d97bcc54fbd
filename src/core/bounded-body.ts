/** What reading a request's body within limits gives. */
export type BoundedBody =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  /** The isolate already buffers as much as it may: try again. */
  | { readonly kind: "busy" }
  /** The body ended early or broke off. */
  | { readonly kind: "broken" };
