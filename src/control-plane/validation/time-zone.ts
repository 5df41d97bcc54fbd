/** Names of time zones: what the runtime's own database knows, and Go's names for none in particular. */
const WITHOUT_RULES = ["", "UTC", "Local"];

export function isTimeZone(name: string): boolean {
  if (WITHOUT_RULES.includes(name)) return true;
  // An offset such as +01:00 is no name, although the runtime takes it for a zone.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
