// Package locales keeps the texts, and knows whether they fit.
//
// A text has a key ("menu.main") and, per channel, an id: the key with the
// ending .both, .telegram or .sms. There is one TOML file for each language in
// [Langs], and all of them name the same ids. [Load] is strict: a text, plural
// form or variable that one language lacks is a [Fault] with file, line and
// column, so that the service does not start with a hole in a language that
// whoever started it may not read.
//
// At run time nothing is ever replaced by another language. A person who asked
// for Russian and gets Estonian cannot answer, and English in an Estonian
// thread betrays what the thread is. [Texts.Say] returns an error instead.
// go-i18n itself falls back to its bundle's default language, to the plural
// form "other" and to "<no value>"; here each language has a bundle of its own,
// so there is nothing to fall back to, and every variable is checked first.
//
// [Segments] counts what a text costs as SMS, and [Texts.Check] proves that
// every text fits its channel with the longest values it can be given, that it
// can be read easily ([Read]), and that none sounds as if somebody read who may
// not be there ([Texts.PromisesReader]).
//
// What a text tells a person to type ([Texts.Named], [Texts.ControlWords]) and
// who has still to sign it ([Texts.Unsigned]) can be asked, so that others can
// prove that it works and say that it waits.
package locales
