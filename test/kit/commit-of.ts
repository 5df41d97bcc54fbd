/** Which commit a run is of, for its record. */
import { execFileSync } from "node:child_process";

/** What decides what a run comes to. */
const DECISIVE = ["src", "test", "bench", "migrations", "package-lock.json", ":!bench/*.json"];

/** The commit that the folder holds, or why a run of it cannot be recorded. */
export function commitOf(
  folder: string,
): { readonly kind: "commit"; readonly commit: string } | { readonly kind: "refused"; readonly reason: string } {
  const git = (...words: readonly string[]): string =>
    execFileSync("git", words, { cwd: folder, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--untracked-files=all", "--", ...DECISIVE);
  if (changed === "") return { kind: "commit", commit: git("rev-parse", "HEAD") };
  const [first, ...more] = changed.split("\n");
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  const reason = `a record says which commit was run, and ${first?.trim()}${others} is in none: commit it first`;
  return { kind: "refused", reason };
}
