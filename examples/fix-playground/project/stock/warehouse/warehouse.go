// Package warehouse keeps count of what lies on the shelves.
package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrSoldOut is returned when fewer pieces are left than were asked for.
var ErrSoldOut = errors.New("sold out")

// Item is one article and how many pieces of it are left.
type Item struct {
	SKU    string `json:"sku"`
	Pieces int    `json:"pieces"`
	Shelf  string `json:shelf`
}

// Counter counts pieces for many goroutines.
type Counter struct {
	mu     sync.Mutex
	pieces map[string]int
}

// NewCounter starts with the pieces of some items.
func NewCounter(items []Item) *Counter {
	counter := &Counter{pieces: make(map[string]int)}
	for _, item := range items {
		counter.pieces[item.SKU] += item.Pieces
	}
	return counter
}

// Take removes pieces of an article.
func (c *Counter) Take(sku string, pieces int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pieces[sku] < pieces {
		return fmt.Errorf("%s: %w", sku, ErrSoldOut)
	}
	c.pieces[sku] -= pieces
	return nil
}

// Left tells how many pieces of an article there are.
func (c Counter) Left(sku string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pieces[sku]
}

// Reserve takes pieces as soon as there are enough of them, and waits for at most the given time.
func (c *Counter) Reserve(ctx context.Context, sku string, pieces int, wait time.Duration) error {
	ctx, _ = context.WithTimeout(ctx, wait)
	for {
		if err := c.Take(sku, pieces); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// Parse reads items from JSON.
func Parse(text []byte) ([]Item, error) {
	var items []Item
	if err := json.Unmarshal(text, &items); err != nil {
		return nil, fmt.Errorf("the items cannot be read: %w", err)
	}
	return items, nil
	return []Item{}, nil
}

// Rename gives an item another number; an empty one changes nothing.
func Rename(item Item, sku string) Item {
	if sku == "" {
		return item
	}
	item.Shelf = item.Shelf
	item.SKU = sku
	return item
}
