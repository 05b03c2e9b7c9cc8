package stats

import (
	"strings"

	"sosin/flows"
)

// Label is the staff-facing name of a label key in a language. An unknown key (a desk or a flow of one's own) is its own
// name, without the kind of thing it is.
func Label(lang flows.Lang, key string) string {
	if words, ok := labels[key]; ok {
		switch lang {
		case flows.Estonian:
			return words.et
		case flows.Russian:
			return words.ru
		default:
			return words.en
		}
	}
	if _, name, ok := strings.Cut(key, "."); ok {
		return name
	}
	return key
}

// Labels binds a language: what CSV, Funnel and Handoff ask for.
func Labels(lang flows.Lang) func(key string) string {
	return func(key string) string { return Label(lang, key) }
}

// words are one label in the three languages.
type words struct{ et, ru, en string }

var labels = map[string]words{
	"table.contacts":                {"Pöördumised", "Обращения", "Contacts"},
	"table.language":                {"Valitud keel", "Выбранный язык", "Language chosen"},
	"table.handoff":                 {"Vestlused nõustajaga", "Разговоры с консультантом", "Conversations with a counsellor"},
	"table.feedback":                {"Kas vestlusest oli abi?", "Помог ли разговор?", "Did the conversation help?"},
	"table.funnel.entry":            {"Samm-sammult: algus", "По шагам: начало", "Step by step: the way in"},
	"table.funnel.danger":           {"Samm-sammult: oht", "По шагам: опасность", "Step by step: danger"},
	"table.funnel.menu":             {"Samm-sammult: menüü", "По шагам: меню", "Step by step: the menu"},
	"table.funnel.queue":            {"Samm-sammult: järjekord", "По шагам: очередь", "Step by step: waiting"},
	"table.funnel.chat":             {"Samm-sammult: vestlus", "По шагам: разговор", "Step by step: the chat"},
	"table.funnel.leave":            {"Samm-sammult: lahkumine", "По шагам: уход", "Step by step: leaving"},
	"table.funnel.erase":            {"Samm-sammult: kustutamine", "По шагам: удаление", "Step by step: erasing"},
	"dimension.channel":             {"Kanal", "Канал", "Channel"},
	"dimension.lang":                {"Keel", "Язык", "Language"},
	"dimension.desk":                {"Nõustamislaud", "Линия помощи", "Desk"},
	"dimension.state":               {"Samm", "Шаг", "Step"},
	"dimension.answer":              {"Vastus", "Ответ", "Answer"},
	"dimension.stage":               {"Etapp", "Этап", "Stage"},
	"channel.telegram":              {"Telegram", "Telegram", "Telegram"},
	"channel.sms":                   {"SMS", "SMS", "SMS"},
	"count.all":                     {"Kokku vestlusi", "Всего разговоров", "Conversations"},
	"lang.et":                       {"Eesti", "Эстонский", "Estonian"},
	"lang.ru":                       {"Vene", "Русский", "Russian"},
	"lang.en":                       {"Inglise", "Английский", "English"},
	"lang.-":                        {"Keel valimata", "Язык не выбран", "Not chosen"},
	"desk.violence":                 {"Vägivald", "Насилие", "Violence"},
	"desk.prostitution":             {"Prostitutsioon", "Проституция", "Prostitution"},
	"desk.general":                  {"Üldine", "Общая", "General"},
	"stage.asked":                   {"Soovis inimest", "Просили человека", "Asked for a person"},
	"stage.answered":                {"Sai vastuse", "Получили ответ", "Answered"},
	"stage.closed":                  {"Lõpetatud", "Завершено", "Closed"},
	"answer.yes":                    {"Jah", "Да", "Yes"},
	"answer.partly":                 {"Osaliselt", "Частично", "Partly"},
	"answer.no":                     {"Ei", "Нет", "No"},
	"state.entry.language":          {"Esimene sõnum, keele küsimus", "Первое сообщение, вопрос о языке", "First message, language asked"},
	"state.entry.other_language":    {"Keele muutmine", "Смена языка", "Changing the language"},
	"state.entry.safety":            {"Küsiti, kas kirjutada on turvaline", "Вопрос, безопасно ли писать", "Asked if it is safe to write"},
	"state.entry.not_now":           {"Praegu ei ole turvaline", "Сейчас небезопасно", "Not safe now"},
	"state.entry.welcome":           {"Turvaline, tutvustus", "Безопасно, знакомство", "Safe, told who we are"},
	"state.danger.unspoken":         {"Oht enne keele valikut", "Опасность до выбора языка", "Danger before a language was chosen"},
	"state.danger.now":              {"Näidati hädaabinumbreid", "Показаны номера экстренной помощи", "Emergency numbers shown"},
	"state.danger.chatting":         {"Oht vestluse ajal", "Опасность во время разговора", "Danger during a chat"},
	"state.danger.queued":           {"Oht, nõustaja valves", "Опасность, консультант на месте", "Danger, counsellor on duty"},
	"state.danger.nobody":           {"Oht, kedagi ei ole valves", "Опасность, никого на месте", "Danger, nobody on duty"},
	"state.menu.main":               {"Peamenüü", "Главное меню", "Main menu"},
	"state.menu.violence":           {"Vägivalla teema", "Тема насилия", "Topic: violence"},
	"state.menu.prostitution":       {"Prostitutsiooni teema", "Тема проституции", "Topic: prostitution"},
	"state.queue.join":              {"Läks järjekorda", "Встали в очередь", "Joined the queue"},
	"state.queue.waiting":           {"Ootab nõustajat", "Ждут консультанта", "Waiting for a counsellor"},
	"state.queue.away":              {"Nõustaja läks ära, ootab", "Консультант ушёл, ждут", "Waiting, counsellor went away"},
	"state.queue.nobody":            {"Kedagi ei ole valves", "Никого нет на месте", "Nobody on duty"},
	"state.queue.message":           {"Soovis jätta sõnumi", "Хотели оставить сообщение", "Wanted to leave a message"},
	"state.queue.message_left":      {"Jättis sõnumi", "Оставили сообщение", "Left a message"},
	"state.queue.away_quietly":      {"Sõnum ootab lugejat", "Сообщение ждёт ответа", "Message waits for a reader"},
	"state.queue.later":             {"Kirjutab hiljem", "Напишут позже", "Will write later"},
	"state.queue.unknown_passed_on": {"Ei saadud aru, nõustajale", "Не поняли, передано человеку", "Not understood, passed on"},
	"state.queue.unknown_kept":      {"Ei saadud aru, sõnum hoitud", "Не поняли, сообщение сохранено", "Not understood, words kept"},
	"state.chat.live":               {"Vestles nõustajaga", "Говорили с консультантом", "Chatted with a counsellor"},
	"state.chat.lost":               {"Ühendus katkes", "Связь прервалась", "Connection lost"},
	"state.chat.returned":           {"Tuli vestlusesse tagasi", "Вернулись в разговор", "Came back to the chat"},
	"state.chat.release":            {"Luges oodanud vastust", "Получили ждавший ответ", "Got the words that waited"},
	"state.chat.ping":               {"Küsiti, kas on hea aeg", "Вопрос, удобно ли сейчас", "Asked if it is a good time"},
	"state.chat.feedback":           {"Küsiti tagasisidet", "Вопрос об отзыве", "Asked for feedback"},
	"state.chat.thanks":             {"Vastas tagasisidele", "Ответили на вопрос", "Feedback answered or skipped"},
	"state.leave.now":               {"Lahkus (0)", "Вышли (0)", "Left (0)"},
	"state.leave.stopped":           {"Palus vaikust (STOPP)", "Просили не писать (СТОП)", "Asked for silence (STOP)"},
	"state.leave.stopped_quietly":   {"STOPP enne turvalisuse küsimust", "СТОП до вопроса о безопасности", "STOP before it was safe"},
	"state.erase.confirm":           {"Küsiti kinnitust", "Запрошено подтверждение", "Asked to confirm"},
	"state.erase.done":              {"Kustutatud", "Удалено", "Erased"},
	"state.erase.confirm_quietly":   {"Kinnitus enne turvalisuse küsimust", "Подтверждение до вопроса", "Asked to confirm, before safe"},
	"state.erase.done_quietly":      {"Kustutatud enne turvalisuse küsimust", "Удалено до вопроса", "Erased, before safe"},
	"total":                         {"Kokku", "Всего", "Total"},
	"csv.month":                     {"Kuu", "Месяц", "Month"},
	"csv.table":                     {"Tabel", "Таблица", "Table"},
	"csv.row":                       {"Rida", "Строка", "Row"},
	"csv.column":                    {"Veerg", "Столбец", "Column"},
	"csv.value":                     {"Väärtus", "Значение", "Value"},
	"csv.share":                     {"Osakaal", "Доля", "Share"},
	"csv.remark":                    {"Märkus", "Примечание", "Remark"},
	"note.invented":                 {"Välja mõeldud näidisandmed", "Вымышленные данные для примера", "Invented example data"},
	"note.rounded":                  {"Ümardatud lähima viieni", "Округлено до ближайших пяти", "Rounded to the nearest 5"},
	"note.withheld":                 {"Nii väikeseid arve ei avaldata", "Столь малые числа не публикуются", "Too few to be published"},
	"note.small":                    {"Märk <: arv on sellest väiksem, võib olla ka null. Väikesi arve ei avaldata, et kedagi ei saaks ära tunda.", "Знак <: число меньше этого, может быть и ноль. Малые числа не публикуются, чтобы никого нельзя было узнать.", "Marked <: the number is smaller than this, perhaps zero. Small numbers are not published, so that nobody can be recognised."},
	"note.star":                     {"*: arv on peidetud, sest selle järgi saaks väikese arvu välja arvutada.", "*: число скрыто, потому что по нему можно вычислить малое.", "*: hidden, because a small number could be worked out from it."},
	"note.running":                  {"Käimasolev kuu, ainult töötajatele: vahemikud, mitte täpsed arvud.", "Текущий месяц, только для сотрудников: диапазоны, а не точные числа.", "The running month, for staff only: bands, not exact numbers."},
	"note.counted":                  {"Loetakse vestlusi, mitte inimesi; üks vestlus on igal real kõige rohkem üks kord.", "Считаются разговоры, а не люди; один разговор учтён в каждой строке не более одного раза.", "Conversations are counted, not persons; one conversation at most once in each row."},
}
