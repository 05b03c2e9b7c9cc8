package seal

import "fmt"

// SealFixed encrypts plain under the long-lived staff key, for what must
// outlive every month: staff secrets. label names the use ("totp"), id the
// record (the account). The result is 41 bytes longer than plain.
func (r *Ring) SealFixed(label, id string, plain []byte) []byte {
	return r.sealFixed(label, id, plain, newNonce())
}

func (r *Ring) sealFixed(label, id string, plain []byte, nonce [nonceSize]byte) []byte {
	return r.staff.box.seal([]byte{kindFixed}, nonce, AAD{Purpose: label, Conversation: id}, plain, 0)
}

// OpenFixed returns what SealFixed was given for the same label and id.
// Every other case is [ErrTampered].
func (r *Ring) OpenFixed(label, id string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != kindFixed {
		return nil, fmt.Errorf("open long-lived secret: %w", ErrTampered)
	}
	plain, err := r.staff.box.open(1, sealed, AAD{Purpose: label, Conversation: id})
	if err != nil {
		return nil, fmt.Errorf("open long-lived secret: %w", err)
	}
	return plain, nil
}
