/** A workerd that is measured: where it listens and which process it is. */
export interface MeasuredServer {
  readonly url: string;
  /** Of workerd itself. */
  readonly pid: number;
  /** Of its admin, where it asks for one. */
  readonly token?: string;
  /** Resolves when its processes are gone. */
  stop(): Promise<void>;
}
