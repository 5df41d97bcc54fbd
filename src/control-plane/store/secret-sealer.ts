/**
 * How Secrets rest: values and annotations (kubectl keeps a copy of applied values in one) sealed with AES-256-GCM, bound
 * to namespace, name and uid so that a sealed text cannot be moved to another Secret. The readable part keeps the keys, with `*` for
 * a value and nothing for an empty one, so that the compiler can say what is missing without opening anything. Of an access
 * token it shows the role and the digest.
 *
 *   sealed = | 12 bytes nonce | ciphertext and tag of {"data":…,"annotations":…} |
 */
import { bytesOfBase64 } from "../../core/base64.ts";
import { readableTokenData } from "../access/access-token-secret.ts";
import { type JsonObject, objectAt, parseStoredObject, textsAt, withMember } from "../resources/json.ts";
import { nameOf, namespaceOf, uidOf, withMetadata } from "../resources/metadata.ts";
import { forbidden, unavailable } from "../resources/refusal.ts";
import type { Content } from "./object-store.ts";

const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/** WebCrypto's key, named so that Workers and Node agree on it. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export class SecretSealer {
  readonly #key: Promise<Key> | undefined;

  /** The key is 32 bytes in base64; without one, Secrets can be neither written nor read. */
  constructor(encryptionKey: string | undefined) {
    const bytes = keyBytes(encryptionKey ?? "");
    this.#key =
      bytes === undefined ? undefined : crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  /** Refuses with the reason when there is no key. */
  async seal(secret: JsonObject): Promise<Content> {
    if (this.#key === undefined) {
      throw forbidden(
        "Secrets are stored encrypted: set SLUICE_ENCRYPTION_KEY to 32 random bytes in base64 to use them",
      );
    }
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const data = objectAt(secret, "data") ?? {};
    const plain = JSON.stringify({ data, annotations: objectAt(secret, "metadata", "annotations") ?? {} });
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: identityOf(secret) };
    const encrypted = await crypto.subtle.encrypt(algorithm, await this.#key, new TextEncoder().encode(plain));
    const sealed = new Uint8Array(NONCE_BYTES + encrypted.byteLength);
    sealed.set(nonce);
    sealed.set(new Uint8Array(encrypted), NONCE_BYTES);
    const keys = Object.entries(textsAt(secret, "data")).map(([key, value]) => [key, value === "" ? "" : "*"]);
    const readableData = { ...Object.fromEntries(keys), ...(await readableTokenData(secret)) };
    return { body: { ...withMetadata(secret, { annotations: undefined }), data: readableData }, sealed };
  }

  async open(content: Content): Promise<JsonObject> {
    if (this.#key === undefined) {
      throw unavailable("stored Secrets cannot be read: SLUICE_ENCRYPTION_KEY is not set to 32 bytes in base64");
    }
    if (content.sealed === undefined) throw new Error("a stored Secret has no sealed part");
    const plain = await this.#decrypt(content.sealed, content.body, await this.#key);
    const values = parseStoredObject(plain);
    const data = objectAt(values, "data") ?? {};
    const annotations = objectAt(values, "annotations") ?? {};
    const opened = withMember(content.body, "data", Object.keys(data).length === 0 ? undefined : data);
    return Object.keys(annotations).length === 0 ? opened : withMetadata(opened, { annotations });
  }

  async #decrypt(sealed: Uint8Array, body: JsonObject, key: Key): Promise<string> {
    const algorithm = {
      name: "AES-GCM",
      iv: copyOf(sealed.subarray(0, NONCE_BYTES)),
      additionalData: identityOf(body),
    };
    try {
      const plain = await crypto.subtle.decrypt(algorithm, key, copyOf(sealed.subarray(NONCE_BYTES)));
      return new TextDecoder().decode(plain);
    } catch {
      throw unavailable("a stored Secret cannot be read: it was written with another SLUICE_ENCRYPTION_KEY");
    }
  }
}

function keyBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = bytesOfBase64(text.trim());
  return bytes?.length === KEY_BYTES ? bytes : undefined;
}

function identityOf(secret: JsonObject): Uint8Array<ArrayBuffer> {
  return copyOf(new TextEncoder().encode(`${namespaceOf(secret)}/${nameOf(secret)}/${uidOf(secret)}`));
}

/** WebCrypto's types want a buffer that is not shared. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
