/** Which types of events came to a channel: the control plane reads its log on from where it has read before. */

export interface SeenTypesRequest {
  readonly verb: "seen-types";
  /** `next` of the answer before; from the oldest event when absent, or when the log has no such position. */
  readonly from?: string;
}

export interface SeenTypes {
  /** Each type and source once, as the first event of them that was read has it. */
  readonly types: readonly SeenType[];
  /** Events whose attributes are too long for an EventType; they are not among `types`. */
  readonly tooLong: number;
  /** The position that comes after what was read. */
  readonly next: string;
  /** One answer has a limit: there is more to read now. */
  readonly more: boolean;
}

export interface SeenType {
  readonly type: string;
  readonly source: string;
  readonly dataschema?: string;
}
