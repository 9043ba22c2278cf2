package warehouse

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestTakesNoMoreThanThereIs(t *testing.T) {
	counter := NewCounter([]Item{{SKU: "BK-0001", Pieces: 3}})
	if err := counter.Take("BK-0001", 2); err != nil {
		t.Fatal(err)
	}
	if err := counter.Take("BK-0001", 2); !errors.Is(err, ErrSoldOut) {
		t.Fatalf("got %v", err)
	}
	if left := counter.Left("BK-0001"); left != 1 {
		t.Fatalf("%d left", left)
	}
}

func TestWaitsForPieces(t *testing.T) {
	counter := NewCounter(nil)
	err := counter.Reserve(context.Background(), "BK-0001", 1, 5*time.Millisecond)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestReadsItems(t *testing.T) {
	items, err := Parse([]byte(`[{"sku":"BK-0001","pieces":3}]`))
	if err != nil || len(items) != 1 || Rename(items[0], "X").SKU != "X" {
		t.Fatalf("got %v, %v", items, err)
	}
	if _, err := Parse([]byte("no")); err == nil {
		t.Fatal("accepted what is not JSON")
	}
}
