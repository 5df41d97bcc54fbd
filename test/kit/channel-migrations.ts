/** The SQL of a channel's object, oldest first, as the object itself applies it. */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../migrations/channel/", import.meta.url);

export const CHANNEL_MIGRATIONS: readonly string[] = readdirSync(FOLDER)
  .sort()
  .map((file) => readFileSync(new URL(file, FOLDER), "utf8"));
