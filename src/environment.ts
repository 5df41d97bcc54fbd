/** The bindings and variables of the Worker, as `wrangler.toml` declares them; read only by composition roots. */

export interface Env {
  readonly CHANNEL: DurableObjectNamespace<import("./channel/durable-object.ts").Channel>;
  readonly CONTROL_PLANE: DurableObjectNamespace<import("./control-plane/durable-object.ts").ControlPlane>;
  readonly COURIER: Service<import("./courier/entrypoint.ts").Courier>;
  /** Absent on plain workerd: every wake-up is direct there. */
  readonly WAKE_UPS?: Queue<WakeUp>;
  readonly SLUICE_PUBLIC_URL?: string;
  readonly SLUICE_ADMIN_TOKEN?: string;
  readonly SLUICE_ENCRYPTION_KEY?: string;
  readonly SLUICE_MAX_EVENT_BYTES?: string;
  readonly SLUICE_COURIER_WINDOW?: string;
  readonly SLUICE_COALESCE?: string;
  readonly SLUICE_WAKE?: string;
  /** `HOST:PORT` of the loopback address the start script binds to; its presence is open mode. */
  readonly SLUICE_OPEN_ADDRESS?: string;
}

export interface WakeUp {
  readonly channel: string;
  readonly lane: string;
}
