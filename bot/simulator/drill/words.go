package drill

// sentences are what the personas say. They are invented for this drill and hold nothing that could belong to anybody;
// only "fear" and "threat" speak of danger.
var sentences = map[string]map[string]string{
	"hello":    {"et": "tere", "ru": "здравствуйте", "en": "hello"},
	"who":      {"et": "kes see on? mis number see on?", "ru": "кто это? что это за номер?", "en": "who is this? what number is this?"},
	"yes":      {"et": "jah", "ru": "да", "en": "yes"},
	"language": {"et": "eesti", "ru": "русский", "en": "english"},
	"story": {
		"et": "Ma ei tea, kust alustada. Mul on juba mitu kuud raske.",
		"ru": "Не знаю, с чего начать. Мне уже несколько месяцев тяжело.",
		"en": "I do not know where to begin. It has been hard for some months.",
	},
	"more": {
		"et": "Tahaksin teada, mis võimalused mul on.",
		"ru": "Хочу узнать, какие у меня есть возможности.",
		"en": "I would like to know what I can do.",
	},
	"thanks": {
		"et": "Aitäh, sellest on mulle praegu küll.",
		"ru": "Спасибо, мне пока этого достаточно.",
		"en": "Thank you, that is enough for me for now.",
	},
	"fear": {
		"et": "Ta on ukse taga ja ma kardan.",
		"ru": "Он за дверью, мне страшно.",
		"en": "He is outside the door and I am afraid.",
	},
	"threat": {
		"et": "Ta ütles, et tapab mu täna õhtul ära.",
		"ru": "Он сказал, что убьёт меня сегодня вечером.",
		"en": "He said that he will kill me tonight.",
	},
	"child": {
		"et": "olen 12. kodus on kogu aeg karjumine",
		"ru": "мне 12. дома всё время кричат",
		"en": "i am 12. at home they shout all the time",
	},
	"childmore": {
		"et": "ma ei taha, et ema saaks teada",
		"ru": "не хочу чтобы мама узнала",
		"en": "i do not want mum to know",
	},
	"latin":     {"ru": "ne znaju s chego nachat, mne nuzhno pogovorit"},
	"latinmore": {"ru": "ja davno ni s kem ne govorila"},
}

// answers are what the drill's own counsellors write, in the person's language.
var answers = []map[string]string{
	{"et": "Olen siin ja loen. Kirjuta omas tempos.", "ru": "Я здесь и читаю. Пишите в своём темпе.", "en": "I am here and reading. Take your time."},
	{"et": "Aitäh, et rääkisid. Mis oleks praegu kõige tähtsam?", "ru": "Спасибо, что рассказали. Что сейчас самое важное?", "en": "Thank you for telling me. What matters most now?"},
	{"et": "Sain aru. Mõtleme koos.", "ru": "Понимаю. Подумаем вместе.", "en": "I understand. Let us think together."},
}

func (p *Person) words(name string) string { return sentences[name][p.lang] }
