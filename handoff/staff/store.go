package staff

import (
	"context"
	"time"
)

// Store keeps accounts. Password and secret are in them: the store seals both.
type Store interface {
	// Account returns ErrNoAccount for an unknown id.
	Account(ctx context.Context, id string) (Account, error)
	// AccountByName finds an account by the NameKey of its name. ErrNoAccount.
	AccountByName(ctx context.Context, key string) (Account, error)
	// Accounts lists all of them, disabled ones too, in any order.
	Accounts(ctx context.Context) ([]Account, error)
	// PutAccount writes an account if its stored version is old; 0: there is none yet. It keeps the larger Step of the
	// stored and the given one, so that a change of desks never makes a used code good again. ErrConflict, ErrNameTaken.
	PutAccount(ctx context.Context, a Account, old int64) error
	// UseStep raises Step, in one script, and says whether it was lower before: the second of two who come with the
	// same code gets false. The version stays. ErrNoAccount.
	UseStep(ctx context.Context, id string, step int64) (bool, error)
}

// Sessions keeps who is signed in, by the hex SHA-256 of the token. It also keeps the marks of known devices.
type Sessions interface {
	// PutSession writes a new one, gone after ttl.
	PutSession(ctx context.Context, hash string, s Session, ttl time.Duration) error
	// GetSession returns ErrNoSession for an unknown or gone one. It does not lengthen its life.
	GetSession(ctx context.Context, hash string) (Session, error)
	// TouchSession writes only over one that still is there: a session that was ended never comes back. ErrNoSession.
	TouchSession(ctx context.Context, hash string, s Session, ttl time.Duration) error
	// EndSession removes it; unknown ones are no error.
	EndSession(ctx context.Context, hash string) error
}

// Attempts counts tries.
type Attempts interface {
	// Attempt counts one try under key and says whether it is among the first limit within the window, which begins with
	// the first try. Keys are hashes: they name neither account nor address.
	Attempt(ctx context.Context, key string, limit int, window time.Duration) (bool, error)
}

// Doors keeps one-time sign-in links, by the hash of their token.
type Doors interface {
	// PutDoor keeps the account id for ttl.
	PutDoor(ctx context.Context, hash, account string, ttl time.Duration) error
	// TakeDoor returns the account id and removes it in the same breath. ErrNoSession when there is none.
	TakeDoor(ctx context.Context, hash string) (string, error)
}

// Clock tells the store's time: every instance sees the same.
type Clock interface {
	Now(ctx context.Context) (time.Time, error)
}
