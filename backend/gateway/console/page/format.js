/** Numbers as an operator reads them across a room. Undefined is a dash. */
const DASH = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

export function count(value) {
  if (value == null) return DASH;
  return value < 100_000 ? whole.format(value) : short.format(value);
}

export function rate(value) {
  if (value == null) return DASH;
  return value === 0 || value >= 10 ? count(value) : value.toFixed(value < 0.1 ? 2 : 1);
}

export function bytes(value) {
  if (value == null) return DASH;
  const step = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** step;
  return `${step > 0 && scaled < 100 ? scaled.toFixed(1) : Math.round(scaled)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`;
}

/** A short time, given in milliseconds. */
export function millis(value) {
  if (value == null) return DASH;
  if (value < 1) return `${Math.round(value * 1000)} µs`;
  if (value < 1000) return `${value < 10 ? +value.toFixed(1) : Math.round(value)} ms`;
  return `${+(value / 1000).toFixed(1)} s`;
}

/** A long time, given in milliseconds. */
export function duration(value) {
  const minutes = Math.floor(value / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(value / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function percent(share) {
  const value = share * 100;
  return `${value < 99 || value === 100 ? value.toFixed(0) : (Math.floor(value * 10) / 10).toFixed(1)} %`;
}

export function time(ms) {
  return clock.format(ms);
}

export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}
