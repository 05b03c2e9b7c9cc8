package flows

import "strings"

// A return code lets a person come back from any phone (promise 5): ten characters that cannot be mistaken for one another
// when read aloud or copied by hand, the last of them a check, so that a slip of the pen costs no try.

// codeLetters are Crockford's base 32: no I, L, O or U.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeSize is how many characters a code has, the check included; nearly 45 bits are random.
const codeSize = 10

// codeDigits are those no letter is read as. Every code has one of them: ten letters are words ("lost my keys"), and words
// are for a person to read.
const codeDigits = "23456789"

// NewReturnCode makes a code of nine random bytes.
func NewReturnCode(random [codeSize - 1]byte) string {
	code := make([]byte, 0, codeSize)
	for _, r := range random {
		code = append(code, codeLetters[r&31])
	}
	if last := len(code) - 1; !strings.ContainsAny(string(code), codeDigits) {
		code[last] = codeDigits[int(random[last])%len(codeDigits)]
	}
	return string(append(code, codeCheck(string(code))))
}

// ReturnCode reads a code as people type it: any case, blanks or hyphens between, O for 0, I and L for 1.
func ReturnCode(text string) (string, bool) {
	if len(text) > 32 {
		return "", false
	}
	code := codeFolds.Replace(strings.ToUpper(text))
	if len(code) != codeSize || !strings.ContainsAny(code, codeDigits) {
		return "", false
	}
	for i := range code {
		if strings.IndexByte(codeLetters, code[i]) < 0 {
			return "", false
		}
	}
	return code, codeCheck(code[:codeSize-1]) == code[codeSize-1]
}

var codeFolds = strings.NewReplacer(" ", "", "-", "", "\n", "", "O", "0", "I", "1", "L", "1")

// ShowReturnCode groups a code for reading: "7K3P9 XQ2MD".
func ShowReturnCode(code string) string {
	if len(code) != codeSize {
		return code
	}
	return code[:codeSize/2] + " " + code[codeSize/2:]
}

// codeCheck weighs each place differently, so that one wrong character is always seen and two neighbours swapped nearly always.
func codeCheck(s string) byte {
	sum := 0
	for i := range s {
		sum += (2*i + 1) * strings.IndexByte(codeLetters, s[i])
	}
	return codeLetters[sum%32]
}
