package locales

// gsmDefault is the GSM 7 bit default alphabet in the order of its codes, 3GPP
// TS 23.038 section 6.2.1, without the escape at 0x1B. The small c with cedilla
// is not in it, the capital is; of Greek only capitals unlike Latin ones.
const gsmDefault = "@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
	" !\"#¤%&'()*+,-./" +
	"0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNO" +
	"PQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmno" +
	"pqrstuvwxyzäöñüà"

// gsmExtension is the extension table, section 6.2.1.1: each of these is sent
// as the escape and a code.
const gsmExtension = "\f^{}\\[~]|€"

// gsm7 gives the width in septets of each character GSM-7 has.
var gsm7 = func() map[rune]int {
	widths := map[rune]int{}
	for _, r := range gsmDefault {
		widths[r] = 1
	}
	for _, r := range gsmExtension {
		widths[r] = 2
	}
	return widths
}()
