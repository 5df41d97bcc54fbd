/** Plain workerd: every wake-up is a call. */
import { startRouter } from "./harness.ts";
import { wakeUpSuite } from "./wake-up-suite.ts";

wakeUpSuite("woken by calls", startRouter);
