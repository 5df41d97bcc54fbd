/** The only reader of the `SLUICE_*` variables. */
import type { Env } from "../environment.ts";

export interface Settings {
  /** Largest request body and event, bytes. */
  readonly maxEventBytes: number;
  readonly coalesce: boolean;
  /** Requests a courier keeps in flight. */
  readonly courierWindow: number;
  readonly wake: "auto" | "queue" | "direct";
  /** `HOST:PORT` while no token is asked for; set by the start script alone. */
  readonly openAddress: string | undefined;
  readonly adminToken: string | undefined;
  /** 32 bytes, base64. */
  readonly encryptionKey: string | undefined;
  /** Base of `status.address.url`. */
  readonly publicUrl: string | undefined;
}

const MAX_EVENT_BYTES = 26_214_400;
/** Cloudflare allows six connections per invocation. */
const COURIER_WINDOW = 6;

/** Every event asks for them, and an environment never changes. */
const known = new WeakMap<Env, Settings>();

export function settingsOf(env: Env): Settings {
  const read = known.get(env);
  if (read !== undefined) return read;
  const settings = readSettings(env);
  known.set(env, settings);
  return settings;
}

function readSettings(env: Env): Settings {
  return {
    maxEventBytes: positive(env.SLUICE_MAX_EVENT_BYTES) ?? MAX_EVENT_BYTES,
    coalesce: env.SLUICE_COALESCE !== "off",
    courierWindow: positive(env.SLUICE_COURIER_WINDOW) ?? COURIER_WINDOW,
    wake: env.SLUICE_WAKE === "queue" || env.SLUICE_WAKE === "direct" ? env.SLUICE_WAKE : "auto",
    openAddress: env.SLUICE_OPEN_ADDRESS || undefined,
    adminToken: env.SLUICE_ADMIN_TOKEN || undefined,
    encryptionKey: env.SLUICE_ENCRYPTION_KEY || undefined,
    publicUrl: env.SLUICE_PUBLIC_URL || undefined,
  };
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
