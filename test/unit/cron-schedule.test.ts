import { describe, expect, test } from "vitest";
import { type CronSchedule, parseCronSchedule } from "../../src/control-plane/validation/cron-schedule.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const any = (first: number, last: number) => ({ values: upTo(first, last), isAny: true });
const only = (...values: number[]) => ({ values, isAny: false });

const everyMinute: CronSchedule = {
  seconds: only(0),
  minutes: any(0, 59),
  hours: any(0, 23),
  daysOfMonth: any(1, 31),
  months: any(1, 12),
  daysOfWeek: any(0, 6),
};

function scheduleOf(text: string, timeZone?: string): CronSchedule {
  const parsed = parseCronSchedule(text, timeZone);
  if (parsed.kind !== "schedule") throw new Error(parsed.problem);
  return parsed.schedule;
}

const fields: readonly (readonly [Exclude<keyof CronSchedule, "timeZone">, number, number])[] = [
  ["seconds", 0, 59],
  ["minutes", 0, 59],
  ["hours", 0, 23],
  ["daysOfMonth", 1, 31],
  ["months", 1, 12],
  ["daysOfWeek", 0, 6],
];

/** The fields that name nothing, a time that does not exist, one twice, or times in disorder. */
function strange(schedule: CronSchedule): readonly string[] {
  const bad = fields.filter(([name, first, last]) => {
    const { values } = schedule[name];
    const known = upTo(first, last).filter((value) => values.includes(value));
    return values.length === 0 || known.join() !== values.join();
  });
  return bad.map(([name]) => name);
}

describe("[CRON] schedules", () => {
  test.each<[string, Partial<CronSchedule>]>([
    ["* * * * *", {}],
    ["? ? ? ? ?", {}],
    ["  *\t* *  * * ", {}],
    ["7 * * * *", { minutes: only(7) }],
    ["5,3,5 * * * *", { minutes: only(3, 5) }],
    ["10-12 * * * *", { minutes: only(10, 11, 12) }],
    ["*/20 * * * *", { minutes: only(0, 20, 40) }],
    ["*/1 * * * *", {}],
    ["50/5 * * * *", { minutes: only(50, 55) }],
    ["10-20/5,59 * * * *", { minutes: only(10, 15, 20, 59) }],
    ["*/90 * * * *", { minutes: only(0) }],
    [
      "0 23 31 12 6",
      { minutes: only(0), hours: only(23), daysOfMonth: only(31), months: only(12), daysOfWeek: only(6) },
    ],
    ["0 0 31 2 *", { minutes: only(0), hours: only(0), daysOfMonth: only(31), months: only(2) }],
    ["* * * JAN-mar MON,Sun", { months: only(1, 2, 3), daysOfWeek: only(0, 1) }],
    ["30 * * * * *", { seconds: only(30) }],
    ["*/30 0 * * * ?", { seconds: only(0, 30), minutes: only(0) }],
    ["@hourly", { minutes: only(0) }],
    ["@daily", { minutes: only(0), hours: only(0) }],
    ["@midnight", { minutes: only(0), hours: only(0) }],
    ["@weekly", { minutes: only(0), hours: only(0), daysOfWeek: only(0) }],
    ["@monthly", { minutes: only(0), hours: only(0), daysOfMonth: only(1) }],
    ["@yearly", { minutes: only(0), hours: only(0), daysOfMonth: only(1), months: only(1) }],
    ["@annually", { minutes: only(0), hours: only(0), daysOfMonth: only(1), months: only(1) }],
    ["TZ=Europe/Paris * * * * *", { timeZone: "Europe/Paris" }],
    ["CRON_TZ=Asia/Tokyo @hourly", { timeZone: "Asia/Tokyo", minutes: only(0) }],
    ["TZ=UTC * * * * *", {}],
  ])("[CRON-1] %s", (text, differs) => {
    expect(scheduleOf(text)).toEqual({ ...everyMinute, ...differs });
  });

  test.each([
    ["", undefined],
    ["UTC", undefined],
    ["Local", undefined],
    ["Europe/Paris", "Europe/Paris"],
    ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ])("[CRON-2] the time zone %j", (name, timeZone) => {
    expect(scheduleOf("* * * * *", name).timeZone).toBe(timeZone);
  });

  test.each(["Knative/Land", "+01:00", "constructor", "../etc/passwd", "Europe/Paris\u0000"])(
    "[CRON-3] there is no time zone %j",
    (name) => {
      const problem = `provided bad location ${name}: unknown time zone ${name}`;
      expect(parseCronSchedule("* * * * *", name)).toEqual({ kind: "bad-time-zone", problem });
      expect(parseCronSchedule(`TZ=${name} * * * * *`)).toEqual({ kind: "bad-time-zone", problem });
    },
  );

  test.each([
    ["", "empty spec string"],
    ["   ", "empty spec string"],
    ["TZ=UTC", "empty spec string"],
    ["bad", "expected 5 to 6 fields, found 1: [bad]"],
    ["* * * *", "expected 5 to 6 fields, found 4: [* * * *]"],
    ["* * * * * * *", "expected 5 to 6 fields, found 7: [* * * * * * *]"],
    ["@every 1m", "unsupported descriptor @every"],
    ["@reboot", "unrecognized descriptor: @reboot"],
    ["@constructor", "unrecognized descriptor: @constructor"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* 24 * * *", "end of range (24) above maximum (23): 24"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["* * 32 * *", "end of range (32) above maximum (31): 32"],
    ["* * * 0 *", "beginning of range (0) below minimum (1): 0"],
    ["* * * * 7", "end of range (7) above maximum (6): 7"],
    ["20-10 * * * *", "beginning of range (20) beyond end of range (10): 20-10"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["1/2/3 * * * *", "too many slashes: 1/2/3"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["-5 * * * *", "failed to parse int from : not a whole number"],
    ["1.5 * * * *", "failed to parse int from 1.5: not a whole number"],
    ["99999999999 * * * *", "failed to parse int from 99999999999: not a whole number"],
    ["x * * * *", "failed to parse int from x: not a whole number"],
    ["mon * * * *", "failed to parse int from mon: not a whole number"],
    ["1, * * * *", "failed to parse int from : not a whole number"],
    ["*-5 * * * *", "failed to parse int from *: not a whole number"],
    ["x y * * *", "failed to parse int from x: not a whole number"],
  ])("[CRON-4] %j is no schedule", (text, problem) => {
    expect(parseCronSchedule(text)).toEqual({ kind: "bad-schedule", problem });
  });

  test("[CRON-5] whatever is written, a schedule names only times that exist, and every field names some", () => {
    const random = new SeededRandom(1);
    const alphabet = ["0", "1", "2", "5", "9", "*", "?", "/", "-", ",", "@", "mon", "x"];
    let schedules = 0;
    for (let run = 0; run < 20_000; run++) {
      const words = ["*", "*", "*", "*", "*"];
      words[random.below(words.length)] = random.text(alphabet, random.between(1, 6));
      const parsed = parseCronSchedule(words.join(" "));
      if (parsed.kind !== "schedule") continue;
      schedules++;
      expect(strange(parsed.schedule)).toEqual([]);
    }
    expect(schedules).toBeGreaterThan(1000);
  });

  test("[CRON-6] what is too long is not read at all", () => {
    const list = upTo(0, 59).join(",");
    expect(scheduleOf(`${list} * * * *`)).toEqual({ ...everyMinute, minutes: { values: upTo(0, 59), isAny: false } });
    const problem = { kind: "bad-schedule", problem: "longer than 1000 characters" };
    expect(parseCronSchedule(`${"*,".repeat(100_000)}* * * * *`)).toEqual(problem);
    expect(parseCronSchedule("* * * * *", "x".repeat(100_000))).toEqual(problem);
  });
});
