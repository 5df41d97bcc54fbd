/**
 * Measures the router beside floors of the same machine and prints one table.
 *
 *   npm run bench -- [--only a,b,c,d] [--seconds 10] [--repeat 3] [--quick]
 */

import { measureAll } from "./measure-all.ts";
import { optionsFrom } from "./options.ts";

const options = optionsFrom(process.argv.slice(2));
const measured = await measureAll(options, (line) => console.error(line));
for (const rate of measured) console.log(rate);
