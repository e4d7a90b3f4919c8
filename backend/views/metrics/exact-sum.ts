/**
 * A running sum without rounding: Shewchuk's expansion, a list of doubles that do not overlap and together *are* the
 * sum. Subtracting is adding the negative, so a value that left leaves nothing behind, however many went before it and
 * whatever their magnitudes. (Neumaier's single correction term is enough for like magnitudes only: add 1e300, 1 and
 * 1e150, remove the two big ones, and the 1 is gone.) Ordinary columns need one or two parts, no double needs more
 * than about 40.
 */
export class ExactSum {
  /** Ascending in magnitude. */
  #parts: number[] = [];
  /** Values that could overflow on the way, scaled by 2^-200 (exact, as they are far from subnormal). */
  #huge: ExactSum | undefined;

  add(value: number): void {
    if (Math.abs(value) >= HUGE) {
      this.#huge ??= new ExactSum();
      this.#huge.add(value * SCALE);
      return;
    }
    const parts = this.#parts;
    let carry = value;
    let kept = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const sum = carry + part;
      const rounding = Math.abs(carry) < Math.abs(part) ? carry - (sum - part) : part - (sum - carry);
      if (rounding !== 0) parts[kept++] = rounding;
      carry = sum;
    }
    parts.length = kept;
    if (carry !== 0) parts.push(carry);
  }

  /** The double nearest to the sum; infinite only if the sum itself is beyond the doubles. */
  value(): number {
    if (this.#huge === undefined) return roundedSum(this.#parts);
    return this.#huge.value() / SCALE + roundedSum(this.#parts);
  }
}

/** 2^900 leaves room for 2^123 additions of anything below it. */
const HUGE = 2 ** 900;
const SCALE = 2 ** -200;

/** From the greatest part down; the first that rounds decides, half-way cases by the sign of what is below. */
function roundedSum(parts: readonly number[]): number {
  let i = parts.length - 1;
  if (i < 0) return 0;
  let sum = parts[i]!;
  while (i > 0) {
    const part = parts[--i]!;
    const next = sum + part;
    const rounding = part - (next - sum);
    sum = next;
    if (rounding === 0) continue;
    const below = i > 0 ? parts[i - 1]! : 0;
    if (below !== 0 && below > 0 === rounding > 0) {
      const up = sum + rounding * 2;
      if (up - sum === rounding * 2) sum = up;
    }
    break;
  }
  return sum;
}
