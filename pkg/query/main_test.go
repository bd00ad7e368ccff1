package query

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
