/** What `kubectl version` shows: the version of Kubernetes whose API this is, with a mark that it is not Kubernetes. */
import type { JsonObject } from "../resources/json.ts";

/** kubectl warns of servers that are more than one minor version away, and some launchers choose a kubectl by it. */
const MAJOR = "1";
const MINOR = "33";

export const GIT_VERSION = `v${MAJOR}.${MINOR}.0+sluice`;

export const SERVER_VERSION: JsonObject = {
  major: MAJOR,
  minor: MINOR,
  gitVersion: GIT_VERSION,
  gitCommit: "",
  gitTreeState: "",
  buildDate: "",
  goVersion: "",
  compiler: "",
  platform: "workerd",
};
