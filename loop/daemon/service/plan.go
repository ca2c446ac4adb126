package service

import "errors"

// Placement is where a job's unit belongs and what it is to hold.
type Placement struct {
	Name    string // without the folder's ending
	Text    string
	Changed bool // another text, or none, is there now
}

// Plan finds the place of a job's unit in a folder and reads what is there. It
// writes nothing. Without force it is an *EditedError or a *ForeignError where
// what is there is not pawl's to replace.
func (f Folder) Plan(kind Kind, j Job, force bool) (Placement, error) {
	there, err := f.Find(j.Config)
	if err != nil {
		return Placement{}, err
	}
	var name string
	switch {
	case there == nil:
		var foreign *ForeignError
		name, err = f.Name(j)
		if forced := force && errors.As(err, &foreign); err != nil && !forced {
			return Placement{}, err
		}
	case there.Edited && !force:
		return Placement{}, &EditedError{Path: there.Path}
	default:
		name = there.Name
	}
	text, err := Text(kind, j, name)
	if err != nil {
		return Placement{}, err
	}
	return Placement{Name: name, Text: text, Changed: there == nil || there.Text != text}, nil
}
