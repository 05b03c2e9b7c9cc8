package locales

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// ErrArgument is returned when an argument is missing or cannot be shown.
var ErrArgument = errors.New("argument missing or not usable")

// arguments picks what the text needs and brings it to string, int64 or uint64,
// so that a text reads the same before and after its arguments were stored.
func arguments(e *entry, args map[string]any) (map[string]any, error) {
	data := make(map[string]any, len(e.vars))
	for _, name := range e.vars {
		value, ok := e.argument(name, args[name])
		if !ok {
			return nil, fmt.Errorf("variable %q: %w", name, ErrArgument)
		}
		data[name] = value
	}
	return data, nil
}

// argument returns one value as this text shows it.
func (e *entry) argument(name string, value any) (any, bool) {
	value, ok := shown(value)
	if ok && e.plural && name == countVar {
		return counted(value)
	}
	return value, ok
}

// largestExact is the largest whole number below which float64 skips none.
const largestExact = 1 << 53

// shown returns the value as it may stand in a text.
func shown(value any) (any, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case fmt.Stringer, error:
		return nil, false
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), true
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		return int64(f), f == math.Trunc(f) && math.Abs(f) < largestExact
	}
	return nil, false
}

// counted returns the value as a number of things.
func counted(value any) (any, bool) {
	switch v := value.(type) {
	case int64:
		return v, v >= 0
	case uint64:
		return int64(v), v <= math.MaxInt64
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil && n >= 0
	}
	return nil, false
}
