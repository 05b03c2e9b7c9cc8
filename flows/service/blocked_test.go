package service

import (
	"strings"
	"testing"
)

// shelters is the example with invented names and places.
func shelters(t testing.TB) *File {
	return with(t, "names: []", "names: [Kuldnoka maja, Lootusekoda]", "places: []", "places: [Kuldnoka, Männiku bussijaam, Sinilille 14]",
		"patterns: []", "patterns: ['kollane\\s+värav']")
}

// N-51: where a shelter is must not leave by a message, however it is written.
func TestBlocked(t *testing.T) {
	f := shelters(t)
	for want, texts := range map[string][]string{
		ShelterName: {
			"Tule Lootusekotta? Ei: Lootusekoda on siin", "LOOTUSEKODA", "lootusekojas? lootusekodade", "Lootuse koda", "lootuse-koda",
			"Приходите в Лоотусекода", "Kuldnoka maja", "kuldnoka majas", "Kuldnokamaja", "Кулднока мая? Кулднока maja", "Loo\u200btusekoda",
		},
		ShelterPlace: {
			"Oleme Kuldnoka lähedal", "kuldnokal", "Мы на Кулднока", "Männiku bussijaama juures", "manniku bussijaam", "Sinilille 14", "sinilille14",
			"Sinilille 14b", "Sinilille, 14",
		},
		KeptPattern: {"Otsi kollane värav", "KOLLANE  VÄRAV"},
		StreetAddress: {
			"Kase tänav 5", "kase tänav 5", "Kase tn 5", "Kase tn. 5-12", "kase tn5", "Tule Kase tänavale, maja 7", "Kase tänaval 12a",
			"Tartu mnt 84", "Tartu mnt. 84a", "Narva maantee 7", "Pärnu mnt-l 102", "Estonia pst 9", "Kase puiestee 3", "Tule Kase tee 12 juurde",
			"korter 12", "krt 4", "Kase 12, Tallinn", "Kase 12-4, Tartus", "Postiindeks 10111 Tallinn", "KASE TN 5", "tanav 5",
			"ул. Касе", "ул.Касе 5", "ул Касе 5", "на улице Касе, 5", "улица Касе дом 5", "Касе улица 5", "Касе тн 5", "Тарту мнт 84", "Тартуское шоссе 84",
			"Нарвское шоссе, д. 7", "дом 5", "д. 5", "кв. 12", "квартира 12", "подъезд 2", "бул. Эстония 9", "пер. Лесной",
			"5 Kase Street", "12 Old Mill Road", "Kase Street 5", "flat 12", "apt. 4", "Apartment no. 4", "house number 5",
		},
		MapLink: {"https://maps.app.goo.gl/abc", "https://www.google.com/maps/place/x", "59.43702, 24.75361", "59.4370N 24.7536E", "waze.com/ul", "///kass.koer.lind",
			"https://yandex.ru/maps/1"},
	} {
		for _, text := range texts {
			if what, ok := f.Blocked(text); !ok || what != want {
				t.Errorf("%q: %q %t, want %s", text, what, ok, want)
			}
		}
	}
}

// What a counsellor writes every day must pass: a filter that cries wolf is switched off.
func TestNotBlocked(t *testing.T) {
	f := shelters(t)
	for _, text := range []string{
		"", "tulen kell 5", "Tulen kell 5", "116 006", "Helista 116 006 või 112", "116 111", "+372 614 7393", "palunabi.ee", "https://palunabi.ee/et",
		"Kas oled tänaval?", "Elasin tänaval 5 ööd", "tänaval juba 5 päeva", "Tee 5 minutit pausi", "tee 10 minutit", "Mis sa tee 5 ajal", "Kui tee 3 km", "Joo teed",
		"Majas 5 inimest", "majas 3 last", "Korteris 2 tuba", "korteris 3 naist", "Kell 12-15", "E-R 9.00-17.00", "Vali 1, 2 või 3", "Kell 5, Tallinnas", "5. mail kell 12.30",
		"Kohtume Tartus homme kell 14:00", "mai 2027", "See maksab 20 eurot", "pst, kuule", "Kase", "Sinilille", "Sinilille 145", "kuld nokk", "Oled kodus?",
		"На улице минус 5", "на улице 5 градусов", "на улице было 5 человек", "Вы дома? 5 минут", "дома 5 минут", "Вы дома 2 дня?", "дом 3 комнаты", "в доме 5 человек",
		"и т. д. 5 раз", "Встретимся в 9:00", "в понедельник в 9:00", "116 006 бесплатно", "Ребёнку 5 лет", "квартира 2 комнаты", "кв. 30 м",
		"in the house 5 days", "the flat 2 rooms", "I was on the street 5 nights", "Call 112", "on Monday at 9:00", "Room for 3 children", "Step 1: breathe",
		"Sõle 23, Tallinn", "Ristiku tn 1", "TÜ Kliinikum, Puusepa 8, Tartu", "ilmajaama 12",
	} {
		if what, ok := f.Blocked(text); ok {
			t.Errorf("%q is stopped as a %s", text, what)
		}
	}
}

// An allowed address does not open the door for another one beside it.
func TestAnAllowedAddressAllowsOnlyItself(t *testing.T) {
	f := shelters(t)
	for _, text := range []string{"Sõle 23 või Kase tn 5", "Ristiku tn 12", "Ristiku 14, Pärnu", "Puusepa 8 korter 3"} {
		if _, ok := f.Blocked(text); !ok {
			t.Errorf("%q passes", text)
		}
	}
}

func FuzzBlocked(f *testing.F) {
	for _, s := range []string{"Kase tn 5", "ул. Касе 5", "\xff\xfe", "K\u0301ase", "Lootusekoda", "6 6 6", "д. 5"} {
		f.Add(s)
	}
	file := shelters(f)
	f.Fuzz(func(t *testing.T, text string) {
		if what, ok := file.Blocked(text); ok != (what != "") {
			t.Errorf("%q: %q, %t", text, what, ok)
		}
		// Whatever stands around it, separated by blanks, a shelter's name is found.
		if len(text) < 1000 {
			if _, ok := file.Blocked(strings.ToValidUTF8(text, "") + " Lootusekoda"); !ok {
				t.Errorf("the name passes after %q", text)
			}
		}
	})
}
