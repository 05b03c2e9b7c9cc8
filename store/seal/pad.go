package seal

// padMark ends the content in padded bytes (ISO/IEC 7816-4, 80 00 .. 00).
const padMark byte = 0x80

// Pad returns a copy of plain followed by 80 00 .. 00 up to the next multiple
// of block bytes (ISO/IEC 7816-4). At least one byte is added. It panics if
// block < 1.
func Pad(plain []byte, block int) []byte {
	padded := make([]byte, len(plain)+padding(len(plain), block))
	copy(padded, plain)
	padded[len(plain)] = padMark
	return padded
}

// Unpad returns the part of padded before its padding, without copying.
// Bytes that Pad cannot have made are [ErrTampered]. Use it only on
// authenticated bytes: it does not run in constant time.
func Unpad(padded []byte) ([]byte, error) {
	for i := len(padded) - 1; i >= 0; i-- {
		switch padded[i] {
		case 0:
		case padMark:
			return padded[:i:i], nil
		default:
			return nil, ErrTampered
		}
	}
	return nil, ErrTampered
}

// padding is the number of bytes Pad adds to n.
func padding(n, block int) int {
	if block < 1 {
		panic("seal: padding to a block of less than one byte")
	}
	return block - n%block
}
