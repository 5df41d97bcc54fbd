/** RPC surface of the control plane for the ingress. */
export interface TokenPort {
  /** Whether a token of this digest exists, whatever it may do: asked only about calls that a channel refused. */
  knowsToken(digest: string): Promise<boolean>;
}
