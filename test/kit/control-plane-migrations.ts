/** The SQL of the control plane's object, oldest first, as the object itself applies it. */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../migrations/control-plane/", import.meta.url);

export const CONTROL_PLANE_MIGRATIONS: readonly string[] = readdirSync(FOLDER)
  .sort()
  .map((file) => readFileSync(new URL(file, FOLDER), "utf8"));
