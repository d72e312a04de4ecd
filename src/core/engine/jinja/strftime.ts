/** Python's datetime.strftime in its C locale, of local time. */
import { unsupported } from "./values.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

export function strftime(format: string, now: Date): string {
  return format.replace(/%(-?)([^])|%$/g, (whole, flag?: string, directive?: string) => {
    const written = directive === undefined ? null : field(directive, now);
    if (written === null) return unsupported(`strftime_now with ${whole}`);
    return flag === "-" ? written.replace(/^[0 ]+(?=\d)/, "") : written;
  });
}

function field(directive: string, now: Date): string | null {
  const two = (value: number, fill = "0"): string => String(value).padStart(2, fill);
  const hour12 = now.getHours() % 12 || 12;
  switch (directive) {
    case "%":
      return "%";
    case "n":
      return "\n";
    case "t":
      return "\t";
    case "Y":
      return String(now.getFullYear());
    case "C":
      return two(Math.floor(now.getFullYear() / 100));
    case "y":
      return two(now.getFullYear() % 100);
    case "m":
      return two(now.getMonth() + 1);
    case "d":
      return two(now.getDate());
    case "e":
      return two(now.getDate(), " ");
    case "H":
      return two(now.getHours());
    case "k":
      return two(now.getHours(), " ");
    case "I":
      return two(hour12);
    case "l":
      return two(hour12, " ");
    case "M":
      return two(now.getMinutes());
    case "S":
      return two(now.getSeconds());
    case "f":
      return `${String(now.getMilliseconds()).padStart(3, "0")}000`;
    case "p":
      return now.getHours() < 12 ? "AM" : "PM";
    case "P":
      return now.getHours() < 12 ? "am" : "pm";
    case "a":
      return DAYS[now.getDay()]!.slice(0, 3);
    case "A":
      return DAYS[now.getDay()]!;
    case "b":
    case "h":
      return MONTHS[now.getMonth()]!.slice(0, 3);
    case "B":
      return MONTHS[now.getMonth()]!;
    case "w":
      return String(now.getDay());
    case "u":
      return String(now.getDay() || 7);
    case "j": {
      const days =
        (Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - Date.UTC(now.getFullYear(), 0, 0)) / 864e5;
      return String(days).padStart(3, "0");
    }
    // A time without a zone has neither.
    case "z":
    case "Z":
      return "";
    case "D":
    case "x":
      return strftime("%m/%d/%y", now);
    case "F":
      return strftime("%Y-%m-%d", now);
    case "T":
    case "X":
      return strftime("%H:%M:%S", now);
    case "R":
      return strftime("%H:%M", now);
    case "r":
      return strftime("%I:%M:%S %p", now);
    case "c":
      return strftime("%a %b %e %H:%M:%S %Y", now);
    default:
      return null;
  }
}
