package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// table maps a row type to the table of the same shape: a column for each
// field, named in snake case. Times are milliseconds since 1970 in UTC, the
// zero time 0; maps, slices and structs are JSON.
type table[T any] struct {
	name    string
	key     string
	columns []string
	insert  string
}

func tableOf[T any](name, key string) table[T] {
	t := table[T]{name: name, key: key}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		t.columns = append(t.columns, snake(f.Name))
	}
	var sets []string
	for _, c := range t.columns {
		if c != key {
			sets = append(sets, fmt.Sprintf("%q = excluded.%q", c, c))
		}
	}
	t.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s",
		name, t.list(), strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", "), key, strings.Join(sets, ", "))
	return t
}

func (t table[T]) list() string { return `"` + strings.Join(t.columns, `", "`) + `"` }

// querier is *sql.DB or *sql.Tx.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// upsert prepares its statement once: to parse it takes longer than to run it.
func (t table[T]) upsert(ctx context.Context, tx *sql.Tx, rows []T) (err error) {
	if len(rows) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, t.insert)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	for i := range rows {
		args, err := values(reflect.ValueOf(&rows[i]).Elem())
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return nil
}

// find returns the rows that the clause (what follows FROM name) selects.
func (t table[T]) find(ctx context.Context, q querier, clause string, args ...any) (out []T, err error) {
	rows, err := q.QueryContext(ctx, "SELECT "+t.list()+" FROM "+t.name+" "+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", t.name, err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	for rows.Next() {
		var row T
		v := reflect.ValueOf(&row).Elem()
		targets := make([]any, v.NumField())
		for i := range targets {
			targets[i] = &cell{v.Field(i)}
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func values(v reflect.Value) ([]any, error) {
	args := make([]any, v.NumField())
	for i := range args {
		f := v.Field(i)
		switch x := f.Interface().(type) {
		case time.Time:
			args[i] = millis(x)
			continue
		}
		switch f.Kind() {
		case reflect.String:
			args[i] = f.String()
		case reflect.Int, reflect.Int64:
			args[i] = f.Int()
		case reflect.Bool:
			args[i] = f.Bool()
		default:
			doc, err := json.Marshal(f.Interface())
			if err != nil {
				return nil, err
			}
			args[i] = string(doc)
		}
	}
	return args, nil
}

// cell scans one column into one field.
type cell struct{ field reflect.Value }

func (c *cell) Scan(src any) error {
	switch x := src.(type) {
	case int64:
		if c.field.Type() == reflect.TypeFor[time.Time]() {
			c.field.Set(reflect.ValueOf(moment(x)))
			return nil
		}
		if c.field.Kind() == reflect.Bool {
			c.field.SetBool(x != 0)
			return nil
		}
		c.field.SetInt(x)
		return nil
	case string:
		if c.field.Kind() == reflect.String {
			c.field.SetString(x)
			return nil
		}
		return json.Unmarshal([]byte(x), c.field.Addr().Interface())
	}
	return fmt.Errorf("unexpected %T for %s", src, c.field.Type())
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// snake turns a field's name into its column's: PawlID → pawl_id.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
