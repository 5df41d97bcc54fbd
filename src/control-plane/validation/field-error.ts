/**
 * Validation errors in Knative's words: `"<message>: <path>, <path>…[\n<details>]"`, several joined by newlines and
 * sorted. A semantic error of this kind answers 400 with exactly that text.
 */
export interface FieldError {
  readonly message: string;
  readonly paths: readonly string[];
  readonly details?: string;
}

export function fieldErrorText(errors: readonly FieldError[]): string {
  return merged(errors).map(oneText).sort().join("\n");
}

export function missingFields(...paths: readonly string[]): FieldError {
  return { message: "missing field(s)", paths };
}

export function mustNotSet(...paths: readonly string[]): FieldError {
  return { message: "must not set the field(s)", paths };
}

export function invalidValue(value: string, path: string, details?: string): FieldError {
  return { message: `invalid value: ${value}`, paths: [path], ...(details === undefined ? {} : { details }) };
}

export function invalidKeyName(key: string, path: string, details: string): FieldError {
  return { message: `invalid key name ${JSON.stringify(key)}`, paths: [`${path}[${key}]`], details };
}

export function expectedExactlyOneGotBoth(...paths: readonly string[]): FieldError {
  return { message: "expected exactly one, got both", paths };
}

export function expectedExactlyOneGotNeither(...paths: readonly string[]): FieldError {
  return { message: "expected exactly one, got neither", paths };
}

export function expectedAtLeastOne(...paths: readonly string[]): FieldError {
  return { message: "expected at least one, got none", paths };
}

export function immutableField(path: string, change: { readonly old: string; readonly new: string }): FieldError {
  return {
    message: "Immutable fields changed (-old +new)",
    paths: [path],
    details: `\t-: ${change.old}\n\t+: ${change.new}`,
  };
}

/** Knative joins errors that differ only in their paths. */
function merged(errors: readonly FieldError[]): readonly FieldError[] {
  const byText = new Map<string, FieldError>();
  for (const error of errors) {
    const key = `${error.message}\n${error.details ?? ""}`;
    const known = byText.get(key);
    byText.set(key, known === undefined ? error : { ...known, paths: [...known.paths, ...error.paths] });
  }
  return [...byText.values()];
}

function oneText(error: FieldError): string {
  const head = `${error.message}: ${[...new Set(error.paths)].sort().join(", ")}`;
  return error.details === undefined ? head : `${head}\n${error.details}`;
}
