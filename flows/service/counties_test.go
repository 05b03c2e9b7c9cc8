package service

import (
	"strconv"
	"strings"
	"testing"

	"sosin/flows"
)

// Each line: a county and how people type it. A county not understood costs a person one more question.
const typedCounties = `
harju: Harju, harju, HARJUMAA, Harjumaal, harjumaalt, Harju maakond, Harju maakonnas, Харьюмаа, харью, в Харьюмаа, Харьюский уезд, в харьюском уезде, Harju County, in Harju, Khar'yumaa, Haryumaa, Tallinn, tallinnas, Tallinna, Elan Tallinnas, Таллинн, в Таллинне, в Таллине, таллин, Maardus, в Маарду, Keilas, 11, 11., Elan Harjumaal praegu
hiiu: Hiiu, Hiiumaa, hiiumaal, Hiiumaalt, Hiumaa, Хийумаа, Хиумаа, Хиюмаа, на Хийумаа, Hijumaa, Khiyumaa, Kärdla, kardlas, в Кярдла, в Кярдле, 12
ida-viru: Ida-Viru, ida viru, Idaviru, Ida-Virumaa, idavirumaal, Ида-Вирумаа, ида вирумаа, в Ида-Вирумаа, идавирумаа, Ида-Вируский уезд, East Viru, Eastern Viru County, Narva, narvas, Нарва, в Нарве, из Нарвы, Kohtla-Järve, kohtla jarvel, kohtlajarve, Кохтла-Ярве, в Кохтла-Ярве, Sillamäel, Силламяэ, Jõhvi, johvis, Йыхви, 13
jogeva: Jõgeva, jogeva, Jõgevamaal, j6geva, jygeva, Йыгева, йыгевамаа, в Йыгеве, Yygeva, Jogeva County, 14
jarva: Järva, jarva, Järvamaa, Järvamaal, Ярва, Ярвамаа, в Ярвамаа, Yarva, Yarvamaa, Paide, paides, Пайде, Türi, turil, Тюри, 15
laane: Lääne, laane, Läänemaa, läänemaal, Ляэнемаа, в Ляэнемаа, Ляэне, Ляанемаа, Lyaene, Lyanemaa, Lääne County, Haapsalu, haapsalus, Haapsallu, Хаапсалу, 16
laane-viru: Lääne-Viru, laane viru, Lääne-Virumaa, lääne virumaal, laaneviru, Ляэне-Вирумаа, ляэне виру, в Ляэне-Вирумаа, Ляане-Вирумаа, Lyaene-Viru, West Viru, Lääne-Viru County, Rakvere, rakveres, Раквере, Tapal, 17
polva: Põlva, polva, Põlvamaal, p6lva, Пылва, в Пылве, Пылвамаа, Pylva, pylvamaa, 18
parnu: Pärnu, parnu, Pärnus, Pärnumaal, parnumaa, Пярну, в Пярну, Пярнумаа, Pyarnu, pjarnu, Pärnu linnas, 19
rapla: Rapla, raplas, Raplamaal, Рапла, в Рапле, Рапламаа, Raply, 20
saare: Saare, Saaremaa, saaremaal, Сааремаа, на Сааремаа, сааре, Kuressaare, kuressaares, Курессааре, 21
tartu: Tartu, tartus, Tartumaal, tartusse, Тарту, в Тарту, Тартумаа, Тартуский уезд, Tartu County, I live in Tartu, Elva, elvas, Эльва, 22
valga: Valga, valgas, Valka, Valgamaal, Валга, в Валге, Валгамаа, Tõrva, torvas, Otepääl, Отепя, 23
viljandi: Viljandi, viljandis, Viljandimaal, Вильянди, в Вильянди, Вильяндимаа, Vilyandi, Viljandi mk, 24
voru: Võru, voru, Võrus, Võrru, V6ru, võrumaal, Vyru, Vyrumaa, Выру, в Выру, Вырумаа, 25
`

func TestCountiesAsPeopleTypeThem(t *testing.T) {
	f, lines := Example(), strings.Split(strings.TrimSpace(typedCounties), "\n")
	if len(lines) != len(CountyIDs) {
		t.Fatalf("%d counties in the table, there are %d", len(lines), len(CountyIDs))
	}
	for i, line := range lines {
		want, typed, _ := strings.Cut(line, ": ")
		if want != CountyIDs[i] {
			t.Fatalf("the table has %s where %s stands in the menu", want, CountyIDs[i])
		}
		for _, text := range append(strings.Split(typed, ", "), strconv.Itoa(11+i), want,
			CountyName(want, flows.Estonian), CountyName(want, flows.Russian), CountyName(want, flows.English)) {
			if got, ok := f.County(text); !ok || got != want {
				t.Errorf("%q: %q %t, want %s", text, got, ok, want)
			}
		}
	}
}

func TestWhatIsNoCountyIsNotTakenForOne(t *testing.T) {
	f := Example()
	for _, text := range []string{"", "   ", "8", "10", "26", "111", "112", "116 006", "Viru", "Soome", "Riia", "ei tea", "не знаю",
		"I don't know", "Tallinn või Tartu", "Harju, Rapla", "valge", "saar", "harjutan", "Järvakandi", "Helsingi", "мне всё равно", "hi",
		"see on üks pikk jutt mille sees on ka Tartu nimi", strings.Repeat("Tartu ", 200)} {
		if got, ok := f.County(text); ok {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}

// B-29: statistics below a quarter are told by region; a county in the wrong one would be counted for others.
func TestRegionsOfTheExample(t *testing.T) {
	f := Example()
	for region, counties := range map[string]string{
		"north": "harju", "east": "ida-viru laane-viru", "south": "jogeva polva tartu valga viljandi voru",
		"west": "hiiu jarva laane parnu rapla saare",
	} {
		for id := range strings.FieldsSeq(counties) {
			if got := f.Region(id); got != region {
				t.Errorf("%s lies in the %s, want %s", id, got, region)
			}
		}
	}
	if got := f.Region("riga"); got != "" || CountyName("riga", flows.Estonian) != "" {
		t.Errorf("an unknown county lies in %q", got)
	}
}

func FuzzCounty(f *testing.F) {
	for line := range strings.SplitSeq(typedCounties, "\n") {
		_, typed, _ := strings.Cut(line, ": ")
		f.Add(typed)
	}
	f.Add("\xff\u200b6\u0301")
	file := Example()
	f.Fuzz(func(t *testing.T, typed string) {
		if id, ok := file.County(typed); ok != (file.Region(id) != "") {
			t.Errorf("%q: %q, %t", typed, id, ok)
		}
	})
}
