package store

import (
	"time"
)

// keys spells every key. T is the hash tag {namespace}; nothing outside this file writes a key's name.
//
//	T c:pid   hash    conversation: r revision, s session, k wrapped key, d ring of marks, f fence, l lease end if leased,
//	                  t open ticket, u last prompt undelivered, a address, w hash of its return code,
//	                  v first row after the thread was wiped                                    Keep
//	T o:pid   list    outbox rows, head first                                                    not_after + 1 h
//	T h:pid   list    rows held for the person's yes                                             as the ticket
//	T m:pid   string  Telegram message ids, sealed under a key of their own                      48 h
//	T i:pid   set     ticket ids of this person, and "l:" with its chosen time, for erasing      30 d after the last
//	T x:pid   string  tombstone: second of erasure and the last marks                            15 d
//	T due     zset    pid -> ms at which a lane may be taken by anyone                           none, members drained
//	T k:tid   hash    ticket                                                                     7 d open, 30 d closed
//	T t:tid   list    transcript, sealed under the ticket's key                                  as k
//	T q       zset    tid -> band and since                                                      none, orphans dropped
//	T watch   zset    tid -> ms at which a clock strikes                                         none, orphans dropped
//	T w:desk  list    waiting times until the first answer, "ms of the answer:ms", the last 20    2 h
//	T mine:id set     tickets a member of staff holds                                            7 d
//	T duty    zset    staff id -> until                                                          none, members drained
//	T dutyas  hash    staff id -> alias, desks, languages, skills                                none, with duty
//	T del     zset    deletion id -> ms                                                          none, members drained
//	T p:id    string  provider deletion, sealed under its own key                                15 d
//	T code:h  string  pid behind the return code of this keyed hash                              as c
//	T later   zset    id of a chosen time -> ms                                                  none, members drained
//	T l:id    string  address and language for a chosen time, sealed under its own key           its time + 2 d
//	T n:month hash    counters                                                                   26 months
//	T rel:mon string  frozen release                                                             none
//	T staff   hash    staff id -> account                                                        none
//	T names   hash    sign-in name -> staff id                                                   none
//	T sess:h  string  session under the SHA-256 of its token                                     30 min idle
//	T door:h  string  one-time sign-in link of the demo                                          1 min
//	T rate:k  string  attempts; of return codes, a set of those tried                            their window
//	T audit   stream  who did what to which ticket                                               trimmed to 1 year
//	T lead:j  string  which instance does a job                                                  30 s
//	T mark:n  string  watermark of a sweep                                                       none
//	T pz:mark string  panics of one update                                                       26 h
//	T bad     list    quarantined updates, sealed, led by their pid for an erasure, the last 100  7 d
//	T shred   string  an erasure waits for the append-only file's rewrite                        1 d
//	T meta    hash    schema, check values of the keys                                           none
//
// Keys without a TTL are exactly those marked none.
type keys struct{ tag string }

func newKeys(namespace string) keys { return keys{"{" + namespace + "}"} }

func (k keys) conversation(pid string) string { return k.tag + "c:" + pid }
func (k keys) outbox(pid string) string       { return k.tag + "o:" + pid }
func (k keys) held(pid string) string         { return k.tag + "h:" + pid }
func (k keys) messages(pid string) string     { return k.tag + "m:" + pid }
func (k keys) index(pid string) string        { return k.tag + "i:" + pid }
func (k keys) tombstone(pid string) string    { return k.tag + "x:" + pid }
func (k keys) due() string                    { return k.tag + "due" }
func (k keys) ticket(tid string) string       { return k.tag + "k:" + tid }
func (k keys) transcript(tid string) string   { return k.tag + "t:" + tid }
func (k keys) queue() string                  { return k.tag + "q" }
func (k keys) watch() string                  { return k.tag + "watch" }
func (k keys) mine(staff string) string       { return k.tag + "mine:" + staff }
func (k keys) waits(desk string) string       { return k.tag + "w:" + desk }
func (k keys) duty() string                   { return k.tag + "duty" }
func (k keys) dutyAs() string                 { return k.tag + "dutyas" }
func (k keys) deletions() string              { return k.tag + "del" }
func (k keys) deletion(id string) string      { return k.tag + "p:" + id }
func (k keys) code(hash string) string        { return k.tag + "code:" + hash }
func (k keys) later() string                  { return k.tag + "later" }
func (k keys) chosen(id string) string        { return k.tag + "l:" + id }
func (k keys) counters(month string) string   { return k.tag + "n:" + month }
func (k keys) release(month string) string    { return k.tag + "rel:" + month }
func (k keys) staff() string                  { return k.tag + "staff" }
func (k keys) names() string                  { return k.tag + "names" }
func (k keys) session(hash string) string     { return k.tag + "sess:" + hash }
func (k keys) door(hash string) string        { return k.tag + "door:" + hash }
func (k keys) rate(key string) string         { return k.tag + "rate:" + key }
func (k keys) audit() string                  { return k.tag + "audit" }
func (k keys) lead(job string) string         { return k.tag + "lead:" + job }
func (k keys) mark(name string) string        { return k.tag + "mark:" + name }
func (k keys) panics(mark string) string      { return k.tag + "pz:" + mark }
func (k keys) quarantine() string             { return k.tag + "bad" }
func (k keys) shred() string                  { return k.tag + "shred" }
func (k keys) meta() string                   { return k.tag + "meta" }
func (k keys) hints() string                  { return k.tag + "hints" } // pub/sub channel, holds nothing

// How long things live. Reasons: DESIGN.md section 4, requirements.md B-25, research on provider retention.
const (
	leaseFor       = 12 * time.Second // longer than the provider time-out of 8 s by a margin for pauses
	messagesFor    = 48 * time.Hour   // after that Telegram deletes nothing any more
	tombstoneFor   = 15 * 24 * time.Hour
	ticketOpenFor  = 7 * 24 * time.Hour
	ticketClosed   = 30 * 24 * time.Hour
	deletionFor    = 15 * 24 * time.Hour
	countersFor    = 26 * 31 * 24 * time.Hour
	auditFor       = 365 * 24 * time.Hour
	panicsFor      = 26 * time.Hour
	shredFor       = 24 * time.Hour
	quarantineFor  = 7 * 24 * time.Hour
	quarantineSize = 100
	maxLane        = 20   // rows waiting for one person
	maxMarks       = 16   // updates remembered in a conversation
	maxEntries     = 2000 // lines in one transcript
)
