package seal

// DEK is the data encryption key of one conversation, ticket or delayed
// record. It prints as a fixed text everywhere. Copies share the key. The zero
// DEK has no key: Seal panics and Open fails. A DEK may be used by several
// goroutines at once.
type DEK struct {
	redacted
	k *key
}

// NewDEK returns a fresh random data key.
func NewDEK() DEK { return dekOf(randomKey()) }

func dekOf(raw *[keySize]byte) DEK { return DEK{k: newKey(raw, domainSeal)} }

// Seal encrypts plain for the place a names. The result is 41 bytes longer.
// It shows the length of plain: use [DEK.SealPadded] for people's words.
func (d DEK) Seal(a AAD, plain []byte) []byte {
	return d.seal(kindPlain, newNonce(), a, plain, 0)
}

// SealPadded is [DEK.Seal] with plain padded as by [Pad] to a multiple of block
// bytes, so that a thief learns a length only to within a block. It panics if
// block < 1.
func (d DEK) SealPadded(a AAD, plain []byte, block int) []byte {
	return d.seal(kindPadded, newNonce(), a, plain, padding(len(plain), block))
}

func (d DEK) seal(kind byte, nonce [nonceSize]byte, a AAD, plain []byte, pad int) []byte {
	if d.k == nil {
		panic("seal: DEK without a key")
	}
	return d.k.box.seal([]byte{kind}, nonce, a, plain, pad)
}

// Open returns what Seal or SealPadded was given for the same place, in a slice
// of its own. Every other case is [ErrTampered].
func (d DEK) Open(a AAD, sealed []byte) ([]byte, error) {
	if d.k == nil || len(sealed) == 0 {
		return nil, ErrTampered
	}
	kind := sealed[0]
	if kind != kindPlain && kind != kindPadded {
		return nil, ErrTampered
	}
	plain, err := d.k.box.open(1, sealed, a)
	if err != nil || kind == kindPlain {
		return plain, err
	}
	return Unpad(plain)
}
