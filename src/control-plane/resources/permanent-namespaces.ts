/** Namespaces that are there from the start and may not be deleted. */
import { SYSTEM_NAMESPACE } from "../access/user.ts";

export const DEFAULT_NAMESPACE = "default";
export const PERMANENT_NAMESPACES: readonly string[] = [DEFAULT_NAMESPACE, SYSTEM_NAMESPACE];
