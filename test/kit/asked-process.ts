/** Another Node process that is asked things by name: `ask("verb")` here, `serveVerbs({ verb })` there. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

interface Question {
  readonly id: number;
  readonly verb: string;
}

type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

interface Waiter {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class AskedProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiter>();
  readonly #ended: Promise<void>;
  #lastId = 0;

  /** Starts `file` (its URL) with `options` as its one argument, see `processOptions`. */
  constructor(file: URL, options: unknown) {
    this.#child = fork(fileURLToPath(file), [JSON.stringify(options)], { serialization: "advanced", execArgv: [] });
    this.#child.on("message", (message: Answer) => this.#answered(message));
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
    });
    this.#child.on("exit", (code, signal) => this.#failAll(`${file.pathname} ended with ${signal ?? code}`));
    this.#child.on("error", (error) => this.#failAll(String(error)));
  }

  /** The caller knows the type of what the verb answers. Rejects when the process ends first. */
  ask<Value>(verb: string): Promise<Value> {
    const id = ++this.#lastId;
    const question: Question = { id, verb };
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as Value), reject });
      if (this.#child.connected) this.#child.send(question);
      else this.#failAll("the process has ended");
    });
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #answered(answer: Answer): void {
    const waiter = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiter?.reject(new Error(answer.error));
    else waiter?.resolve(answer.value);
  }

  #failAll(reason: string): void {
    for (const waiter of this.#waiting.values()) waiter.reject(new Error(reason));
    this.#waiting.clear();
  }
}

/** Starts `file` with `options`, asks it one thing and ends it. */
export async function askOnce<Value>(file: URL, options: unknown, verb: string): Promise<Value> {
  const process = new AskedProcess(file, options);
  try {
    return await process.ask<Value>(verb);
  } finally {
    await process.end();
  }
}

/** What the starting process passed. */
export function processOptions<Options>(): Options {
  return JSON.parse(process.argv[2] ?? "{}");
}

/** Answers questions until the process that started this one is gone. */
export function serveVerbs(verbs: Readonly<Record<string, () => unknown>>): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (question: Question) => {
    answer(verbs, question).then((reply) => process.send?.(reply));
  });
}

async function answer(verbs: Readonly<Record<string, () => unknown>>, question: Question): Promise<Answer> {
  try {
    return { id: question.id, value: await verbs[question.verb]?.() };
  } catch (error) {
    return { id: question.id, error: String(error) };
  }
}
