package library_test

import "sosin/flows"

// spoken are words a script says in the person's language. Those under danger are found by the risk scan.
var spoken = map[string]map[flows.Lang]string{
	"yes":    {flows.Estonian: "jah", flows.Russian: "да", flows.English: "yes"},
	"no":     {flows.Estonian: "ei", flows.Russian: "нет", flows.English: "no"},
	"skip":   {flows.Estonian: "vahele", flows.Russian: "дальше", flows.English: "skip"},
	"unsure": {flows.Estonian: "ei tea", flows.Russian: "не знаю", flows.English: "not sure"},
	"lang":   {flows.Estonian: "1", flows.Russian: "2", flows.English: "3"},
	"person": {flows.Estonian: "inimene", flows.Russian: "человек", flows.English: "person"},
	"menu":   {flows.Estonian: "menüü", flows.Russian: "меню", flows.English: "menu"},
	"leave":  {flows.Estonian: "välju", flows.Russian: "выход", flows.English: "exit"},
	"delete": {flows.Estonian: "kustuta", flows.Russian: "удалить", flows.English: "delete"},
	"stop":   {flows.Estonian: "loobu", flows.Russian: "стоп", flows.English: "stop"},
	"start":  {flows.Estonian: "alusta", flows.Russian: "старт", flows.English: "start"},
	"nums":   {flows.Estonian: "numbrid", flows.Russian: "номера", flows.English: "numbers"},
	"limits": {flows.Estonian: "erandid", flows.Russian: "исключения", flows.English: "limits"},
	"compl":  {flows.Estonian: "kaebus", flows.Russian: "жалоба", flows.English: "complaint"},
	"switch": {flows.Estonian: "keel", flows.Russian: "язык", flows.English: "language"},
	"sos":    {flows.Estonian: "appi", flows.Russian: "сос", flows.English: "sos"},
	"codes":  {flows.Estonian: "kood", flows.Russian: "код", flows.English: "code"},
	"wipe":   {flows.Estonian: "puhasta", flows.Russian: "очистить", flows.English: "wipe"},
	"quiet":  {flows.Estonian: "vaikus", flows.Russian: "тишина", flows.English: "quiet"},

	"hello":   {flows.Estonian: "tere", flows.Russian: "здравствуйте", flows.English: "hello"},
	"ask":     {flows.Estonian: "Mul on küsimus", flows.Russian: "У меня вопрос", flows.English: "I have a question"},
	"more":    {flows.Estonian: "Räägin hiljem edasi", flows.Russian: "Расскажу потом", flows.English: "I will tell more later"},
	"better":  {flows.Estonian: "Vastus võiks tulla kiiremini", flows.Russian: "Хотелось бы ответ быстрее", flows.English: "The answer could come faster"},
	"polish":  {flows.Estonian: "poola keel", flows.Russian: "польский", flows.English: "polish please"},
	"plain":   {flows.Estonian: "lihtne keel", flows.Russian: "простой язык", flows.English: "plain words"},
	"county":  {flows.Estonian: "Tartus", flows.Russian: "в Тарту", flows.English: "Tartu"},
	"nowhere": {flows.Estonian: "ema juures", flows.Russian: "у мамы", flows.English: "at my mother's"},
	"word":    {flows.Estonian: "sinine rebane", flows.Russian: "синяя лиса", flows.English: "blue fox"},
	"duress":  {flows.Estonian: "punane vihmavari", flows.Russian: "красный зонт", flows.English: "red umbrella"},
	"guess":   {flows.Estonian: "kollane kass", flows.Russian: "жёлтый кот", flows.English: "yellow cat"},

	"suicide":       {flows.Estonian: "ma tahan surra", flows.Russian: "я хочу умереть", flows.English: "i want to kill myself"},
	"life":          {flows.Estonian: "ta tahab mind tappa", flows.Russian: "он хочет меня убить", flows.English: "he wants to kill me"},
	"held":          {flows.Estonian: "olen luku taga ja ei saa välja", flows.Russian: "он запер меня и не выпускает", flows.English: "he locked me in and will not let me out"},
	"child":         {flows.Estonian: "ta peksab mu last", flows.Russian: "он бьёт моего ребёнка", flows.English: "he is beating my child"},
	"worry":         {flows.Estonian: "ma kardan koju minna", flows.Russian: "мне страшно идти домой", flows.English: "i am afraid to go home"},
	"passport":      {flows.Estonian: "ta võttis mu passi ära", flows.Russian: "он забрал мой паспорт", flows.English: "he took my passport"},
	"worry suicide": {flows.Estonian: "olen kõigile koormaks", flows.Russian: "больше не могу", flows.English: "i feel like a burden to everyone"},
	"hit":           {flows.Estonian: "ta lõi mind", flows.Russian: "он меня ударил", flows.English: "he hit me"},
	"young":         {flows.Estonian: "olen 15", flows.Russian: "мне 15 лет", flows.English: "i am 15 years old"},

	"answer":  {flows.Estonian: "Olen siin. Mis on juhtunud?", flows.Russian: "Я здесь. Что случилось?", flows.English: "I am here. What has happened?"},
	"thanks":  {flows.Estonian: "Suur tänu", flows.Russian: "Спасибо большое", flows.English: "Thank you so much"},
	"answer2": {flows.Estonian: "Kas oled veel siin?", flows.Russian: "Вы ещё здесь?", flows.English: "Are you still here?"},
}
