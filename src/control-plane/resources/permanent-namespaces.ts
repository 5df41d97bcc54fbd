/** Namespaces that are there from the start and may not be deleted. */
import { SYSTEM_NAMESPACE } from "../access/user.ts";

export const PERMANENT_NAMESPACES: readonly string[] = ["default", SYSTEM_NAMESPACE];
