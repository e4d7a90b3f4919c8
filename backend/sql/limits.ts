/**
 * Bounds on one filter. All are far above what people write; they exist so that a text from outside can cost neither
 * the stack, the memory nor the turn of everybody else.
 */

/** Characters of a filter's text. A panel's variables expand to some kilobytes; this parses in about 10 ms. */
export const FILTER_CHARS_MAX = 50_000;

/** Nested parentheses, NOTs and named filters: recursion stays far from the stack's end and below SQLite's depth of 1000. */
export const NESTING_MAX = 200;

/** Items of one IN list: more is a join, which belongs into a column of the table. */
export const IN_ITEMS_MAX = 2_000;

/** Nodes once names are expanded: names that each mention another twice would otherwise double 200 times. */
export const EXPANDED_NODES_MAX = 20_000;

/**
 * Branches that making one diagram may take, a wide one counting more. People's filters need some tens; a full budget
 * takes about 50 ms, and filters beyond it are still exact, but compared by their text form.
 */
export const DIAGRAM_STEPS_MAX = 20_000;

/** Each variable may be a level of a diagram, and so of every recursion over it. */
export const DIAGRAM_VARIABLES_MAX = 300;
