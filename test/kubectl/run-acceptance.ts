/** Runs `acceptance.sh` with one kubectl and reads what it prints. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Kubectl } from "./find-kubectls.ts";

export interface Acceptance {
  readonly passed: number;
  /** Names of the checks that failed. */
  readonly failed: readonly string[];
  /** Everything printed; says what each failed check wanted and got. */
  readonly output: string;
}

export interface AcceptanceOptions {
  readonly kubeconfig: string;
  /** Contexts of that file that switch the access checks on. */
  readonly viewer: string;
  readonly wrong: string;
  readonly timeoutMs: number;
}

const SCRIPT = join(import.meta.dirname, "acceptance.sh");

export function runAcceptance(kubectl: Kubectl, options: AcceptanceOptions): Promise<Acceptance> {
  const { kubeconfig, viewer, wrong, timeoutMs } = options;
  const variables = { KUBECTL: kubectl.path, KUBECONFIG: kubeconfig, VIEWER_CTX: viewer, WRONG_CTX: wrong };
  return new Promise((resolve) => {
    execFile(
      "bash",
      [SCRIPT],
      { env: { ...process.env, ...variables }, timeout: timeoutMs },
      (_error, stdout, stderr) => {
        const output = `${stdout}${stderr}`;
        const failed = [...output.matchAll(/^not ok \d+ - (.*) \(rc \d+, wanted /gm)].map(([, name = ""]) => name);
        resolve({ passed: Number(/^(\d+) passed, /m.exec(output)?.[1] ?? 0), failed, output });
      },
    );
  });
}
