// Package stats turns counters into reports that cannot point at one person.
//
// The counters are cells of fixed monthly tables (Tables: most stand as data in tables.toml, each with the measures of
// requirements.md D1 it answers), moved at event time without any identity and at most once in
// one conversation. Publish makes the Release of a closed month, Running the bands of the month that is not over. A table
// has at most two dimensions; there is no filter, no date range and no second view of the same numbers (requirements.md,
// part D; T38-T41).
//
// # What is hidden
//
//   - Primary: 1 to k-1 is shown as "<k". A zero is shown as 0 only where its row counts at least k, or
//     where it cannot be anything else; in a table of one column the column is what has to reach k (D2.3). It is not
//     shown either in a column of a few: all of them would be known to stand in the other rows.
//   - Secondary: a line (a row or column that has a sum) holds no hidden cell, or at least two whose sum is at least k;
//     the next smallest cell that is not zero is hidden with it, ties in table order, until nothing changes (D2.4). It is
//     shown as "*". The totals of a two-way table are a line too.
//   - Totals are rounded to the nearest 5 in a table that holds a hidden cell (D2.5).
//   - Shares: D2.6, and only of numbers that are themselves shown.
//
// # Why subtraction does not help
//
// D2.4 and D2.5 alone do not suffice: of the row 11, 5, 1 they publish 11, "*", "<5" and the total 15 (17), and only 5
// and 1 fit that. So every table is audited before it is published: the bounds of each hidden cell are computed from all
// that is shown (a hidden cell is an arc of a small network, its bounds are two maximum flows), and more is hidden until
// for every "<k" each of 1 to k-1 is possible and for every "*" at least k numbers are.
//
// The audit is done a second time for somebody who knows more than the release: every total that is not hidden, exactly,
// the band in which Running showed a hidden cell on the last evening of the month, and that "*" stands for the next
// smallest number. Still each of 1 to k-1 must be
// possible. This is what protects across tables: an exact total of one table (the contacts by channel, a step of the
// funnel) adds nothing to what the audit of the other has assumed to be known. Where a total itself is hidden, the number
// in another table that is about the same (Links) is hidden as well.
//
// # What is crossed with nothing
//
// Under 18, trafficking and the police are national totals (D2.2): their flows are counted so (`national:`), and of danger
// found in free text trafficking has one level only. Answers are counted by language and shown without it (Table.Added).
//
// That is not enough. The steps of the other flows are shown by language, and who comes from a national flow walks on
// through them. The choices of the menu tell nothing: whoever saw it may have gone silent, so what is missing there is no
// number. But the other way round something follows: nobody is in a state who was not in one before it. If nine Russian
// speakers were told that nobody is on duty and twelve went on to leave a message, three were told so where people under
// 18 are. So a state that a national flow leads to is shown as its total only ("–"), whatever is counted, and with it the
// states that only follow it. They are read from the flows themselves: see exposed. What remains is a bound on a national
// total, from totals that are rounded, in a month in which nearly everybody took the same way; and that a national total
// is about one language if nobody wrote in another.
//
// # When nothing helps
//
// If no more cells are left to hide, the total goes; if even that does not help, the whole table is withheld, shape and
// all. Tables of one line per row (funnels) stand for themselves: steps of a funnel are not parts of a whole, because a
// conversation can take a step, come back and take another, or go on in the next month.
//
// # Over time
//
// A Release is a value and the same input gives the same bytes. The store keeps the first one that was written; what
// comes later counts in the month in which it happens. There are no quarters or years yet. Whoever adds them has to keep
// to this: a quarter's cell is published only if in each of its months the cell is shown or in at least two of them it is
// hidden, and its totals are rounded as soon as one month's were; otherwise it is "*". The same for a year and its quarters.
package stats
